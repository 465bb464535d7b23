/** Fewest characters of a password. */
export const PASSWORD_MIN = 8
/** Most characters of a password. */
export const PASSWORD_MAX = 128
