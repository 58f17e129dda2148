/**
 * The machine, through systeminformation. Reading costs processes and milliseconds: a timer reads, and whoever
 * asks gets what was read last, with its age.
 */
import systeminformation from "systeminformation";

export interface HostFacts {
  readonly cpu: { readonly use: number; readonly perCore: readonly number[] };
  readonly memory: {
    readonly totalBytes: number;
    readonly usedBytes: number;
    readonly availableBytes: number;
    readonly swapTotalBytes: number;
    readonly swapUsedBytes: number;
  };
  readonly disks: readonly {
    readonly mount: string;
    readonly device: string;
    readonly type: string;
    readonly sizeBytes: number;
    readonly usedBytes: number;
    readonly availableBytes: number;
  }[];
  readonly network: readonly {
    readonly interface: string;
    readonly receivedBytesPerSecond: number;
    readonly sentBytesPerSecond: number;
  }[];
}

const share = (percent: number): number =>
  Math.min(1, Math.max(0, (Number.isFinite(percent) ? percent : 0) / 100));
const whole = (value: number | null | undefined): number =>
  Math.max(0, Math.round(Number.isFinite(value) ? Number(value) : 0));
const rate = (value: number | null): number =>
  value === null || !Number.isFinite(value) || value < 0 ? 0 : value;

/** All of it; about 100 ms. */
export async function readHost(): Promise<HostFacts> {
  const [load, memory, disks, network] = await Promise.all([
    systeminformation.currentLoad(),
    systeminformation.mem(),
    systeminformation.fsSize(),
    systeminformation.networkStats("*"),
  ]);
  return {
    cpu: { use: share(load.currentLoad), perCore: load.cpus.map((core) => share(core.load)) },
    memory: {
      totalBytes: whole(memory.total),
      usedBytes: whole(memory.active),
      availableBytes: whole(memory.available),
      swapTotalBytes: whole(memory.swaptotal),
      swapUsedBytes: whole(memory.swapused),
    },
    disks: disks.map((disk) => ({
      mount: disk.mount,
      device: disk.fs,
      type: disk.type,
      sizeBytes: whole(disk.size),
      usedBytes: whole(disk.used),
      availableBytes: whole(disk.available),
    })),
    network: network.map((each) => ({
      interface: each.iface,
      receivedBytesPerSecond: rate(each.rx_sec),
      sentBytesPerSecond: rate(each.tx_sec),
    })),
  };
}

/** What never changes while the machine runs. */
export async function readSystem(): Promise<{ readonly os: string; readonly model: string }> {
  const [os, system] = await Promise.all([systeminformation.osInfo(), systeminformation.system()]);
  return {
    os: `${os.distro} ${os.release}`.trim().slice(0, 255),
    model: [system.manufacturer, system.model].filter(Boolean).join(" ").slice(0, 255),
  };
}
