import { FilesUnavailable, TooManyBytes } from './blobs.ts'

/** What the storage said of whom, by the names of its errors (S3 API reference, "Error responses") or HTTP status. */
const said: readonly (readonly [FilesUnavailable['code'], RegExp])[] = [
  ['bucket', /^NoSuchBucket$/],
  [
    'refused',
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|Forbidden|403|CredentialsProviderError|ExpiredToken|InvalidToken|TokenRefreshRequired|RequestTimeTooSkewed)$/,
  ],
  ['missing', /^(NoSuchKey|NotFound|404)$/],
]
const unreachable =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|TimeoutError|NetworkingError)$/

/**
 * An error of the S3 library as ours, with what to do about it. Errors of the local disk, and our own, stay as they are.
 * Nothing of keys or requests is in the message.
 */
export function translated(
  error: unknown,
  at: { readonly bucket: string; readonly endpoint: string | undefined; readonly of: 'object' | 'bucket' },
): unknown {
  if (!(error instanceof Error) || error instanceof FilesUnavailable || error instanceof TooManyBytes) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const place = at.endpoint ? `the storage at ${hostOf(at.endpoint)}` : 'the storage'
  if (unreachable.test(code) || unreachable.test(error.name))
    return new FilesUnavailable(
      'unreachable',
      `${place} does not answer (${code || error.name}): check that it runs, the network, and AWS_ENDPOINT_URL_S3`,
      { cause: error },
    )
  if ('syscall' in error) return error
  // An answer without a body (to HEAD) has a status only.
  const status = '$metadata' in error ? String((error.$metadata as { httpStatusCode?: number }).httpStatusCode) : ''
  const found = said.find(([, names]) => names.test(error.name) || names.test(status))?.[0]
  // Asked for the bucket itself, the storage only says "not found".
  switch (found === 'missing' ? (at.of === 'bucket' ? 'bucket' : 'missing') : found) {
    case 'bucket':
      return new FilesUnavailable(
        'bucket',
        `${place} has no bucket ${at.bucket}: make it, or correct the name in IMR_FILES`,
        { cause: error },
      )
    case 'refused':
      return new FilesUnavailable(
        'refused',
        `${place} refuses the keys for bucket ${at.bucket} (${error.name}): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, that they may list the bucket, get and put objects (for imr forget: delete them, too), and this machine's clock`,
        { cause: error },
      )
    case 'missing':
      return new FilesUnavailable(
        'missing',
        `the object is not in bucket ${at.bucket}: check IMR_FILES, restore the object, or hand the file in again`,
        { cause: error },
      )
    default:
      return new FilesUnavailable(
        'storage',
        `${place} could not do this (${error.name}): check AWS_REGION, and what the storage itself logs`,
        { cause: error },
      )
  }
}

/** Of an address only host and port: it may hold a password. */
function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : 'AWS_ENDPOINT_URL_S3'
}
