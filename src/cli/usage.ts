import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'

/** The command was used in a way that cannot work; the message says what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export function positiveInteger(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return number
}

/** Where the store lies: `--data`, else $IMR_DATA, else ./data. */
export function dataOption(): Option {
  return new Option('--data <dir>', 'where the store lies')
    .env('IMR_DATA')
    .default('data')
    .argParser((path: string) => resolve(path))
}

export function engineOptions(): readonly Option[] {
  return [
    new Option('--engine <name>', 'OCR engine; auto: the fastest one installed')
      .choices(['auto', 'tesseract.js', 'tesseract'])
      .default('auto'),
    new Option('--jobs <n>', 'OCR processes (default: cores)').argParser(positiveInteger),
  ]
}
