/** What keeps a listener from working, said in an operator's words. */

/**
 * The world's or the operator's fault: a port that is taken, a certificate that cannot be read. `code` is the system's
 * (`EADDRINUSE`), or `BAD_SETTING` for a setting and `BAD_CERTIFICATES` for the broker's own certificates.
 */
export class ListenerError extends Error {
  override readonly name = 'ListenerError';
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const ADVICE: Readonly<Record<string, (where: string) => string>> = {
  EADDRINUSE: (where) =>
    `${where} is in use by another program: stop it, or give this listener another one (for a port: -p PORT).`,
  EACCES: (where) =>
    `${where} may not be opened by this user: ports below 1024 and sockets in other users' folders need more rights. ` +
    'Give another one, or the right to it (for a port on Linux: the capability CAP_NET_BIND_SERVICE).',
  EADDRNOTAVAIL: (where) =>
    `${where} cannot be opened because this machine has no such address: give one of its own, or * for all.`,
  EAFNOSUPPORT: (where) => `${where} cannot be opened because this machine does not speak that family of addresses.`,
  ENOTFOUND: (where) => `${where} cannot be opened because the host name is not known: give an address instead.`,
  ENOENT: (where) => `${where} cannot be made because its folder does not exist: make it, or give another path.`,
  EINVAL: (where) =>
    `${where} cannot be opened: check the address, and that a socket's path is shorter than 100 bytes.`,
};

/**
 * The error of opening a listener.
 * @param where what was to be opened, as a subject: "Port 1883 on 127.0.0.1"
 */
export function listenError(listener: string, where: string, cause: NodeJS.ErrnoException): ListenerError {
  const code = cause.code ?? 'UNKNOWN';
  const advice = ADVICE[code]?.(where) ?? `${where} cannot be opened (${cause.message}).`;
  return new ListenerError(code, `Listener '${listener}' could not start. ${advice}`, cause);
}
