/** ネットワーク. */
import type { SettingNames } from "./setting-name.ts";

export const NETWORK_NAMES: SettingNames = {
  "network.addresses": [
    "実IPアドレス",
    "Real addresses",
    "このユニットがインタフェースに付ける実IPアドレス。",
  ],
  "network.addresses[].interface": ["インタフェース", "Interface", "アドレスを付けるインタフェース。"],
  "network.addresses[].address": ["IPアドレス", "Address", "このユニットの実IPアドレス。F-IP は使いません。"],
  "network.addresses[].prefixLength": [
    "プレフィックス長",
    "Prefix length",
    "ネットワークのプレフィックスの長さ。",
  ],
  "network.mtus": ["MTU値", "MTU", "インタフェースごとの MTU値。"],
  "network.mtus[].interface": ["インタフェース", "Interface", "MTU値を変えるインタフェース。"],
  "network.mtus[].mtu": ["MTU値", "MTU", "1 つのパケットの最大の長さ（バイト）。"],
  "network.routes": ["経路", "Routes", "ゲートウェイを通る経路。"],
  "network.routes[].destination": [
    "宛先",
    "Destination",
    "10.0.0.0/8 のようなネットワーク。ほかのすべては default。",
  ],
  "network.routes[].gateway": ["ゲートウェイ", "Gateway", "次のルータのアドレス。"],
};
