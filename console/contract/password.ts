/** What the server asks of a new password, and its forms tell before it is sent. */
export const PASSWORD_CHARS_MIN = 10;
