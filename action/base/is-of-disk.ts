const codes: ReadonlySet<string> = new Set([
  'EACCES',
  'EDQUOT',
  'EFBIG',
  'EIO',
  'EISDIR',
  'EMFILE',
  'ENFILE',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
])

/** Whether it is this machine's files that failed, while bytes came from elsewhere: the same connection again would not help. */
export function isOfDisk(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const syscall = 'syscall' in error ? error.syscall : undefined
  // A firewall refuses with the same codes.
  return codes.has(String(error.code)) && syscall !== 'connect'
}
