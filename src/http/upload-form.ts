import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { attentively, RequestTooLarge } from './body.ts'

/** One file of an upload, as it comes. */
export type Part = {
  readonly bytes: AsyncIterable<Buffer>
  readonly fileName: string
}

export type FormLimits = {
  readonly silenceMs: number
  /** Size of the request as a whole, in bytes. */
  readonly requestBytes: number
}

/** More of such files, fields or parts came than a form may have. */
const formLimits = /^FST_(FILES|FIELDS|PARTS)_LIMIT$/

/**
 * The files of an upload, one after the other: the body itself, or those of a form. What its taker leaves of a file is passed over.
 * @throws {RequestTooLarge} for what is more than is taken as a whole; {SilentClient}.
 */
export async function* filesOf(request: FastifyRequest, name: string, limits: FormLimits): AsyncGenerator<Part> {
  const tooLarge = new RequestTooLarge(
    `the upload as a whole is more than the ${Math.round(limits.requestBytes / 1e6)} MB or the files allowed: send fewer files at once`,
  )
  if (Number(request.headers['content-length'] ?? 0) > limits.requestBytes) throw tooLarge
  const stop = new AbortController()
  const listening = { silenceMs: limits.silenceMs, signal: stop.signal }
  if (!request.isMultipart()) {
    if (request.body instanceof Readable) yield { bytes: attentively(request.body, listening), fileName: name }
    return
  }
  let left = limits.requestBytes
  const count = (part: Buffer) => {
    left -= part.length
    if (left < 0) stop.abort(tooLarge)
  }
  try {
    for await (const part of attentively(request.files(), listening)) {
      // By now it flows into the form's parser: to listen, too, changes nothing for it.
      if (request.raw.listenerCount('data', count) === 0) request.raw.on('data', count)
      yield { bytes: attentively(part.file, listening), fileName: part.filename }
      for await (const _ of attentively(part.file, listening));
    }
  } catch (error) {
    throw error instanceof Error && 'code' in error && formLimits.test(String(error.code)) ? tooLarge : error
  } finally {
    request.raw.off('data', count)
  }
}
