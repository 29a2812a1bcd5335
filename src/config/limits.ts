/** Bytes of a config file, and of a file that holds the value of a variable. */
export const MAX_FILE = 1024 * 1024
