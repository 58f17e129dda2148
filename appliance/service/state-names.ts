/** What lies where in the state folder. */
export const SETTINGS_NAME = "settings.json";
export const GENERATIONS_FOLDER = "generations";
export const CONSOLE_FOLDER = "console";
export const UNIT_LOG = "log/unit.log";
export const CONSOLE_SOCKET = "console.sock";
export const NETWORK_NAME = "network.json";
