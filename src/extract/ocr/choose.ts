import { availableParallelism } from 'node:os'
import { usualImageMemory } from '../parent/image-memory.ts'
import type { OcrEngine } from './engine.ts'
import { nativeEngine } from './tesseract/engine.ts'
import { installedTesseract } from './tesseract/installed.ts'

export type EngineChoice = 'auto' | 'tesseract.js' | 'tesseract'

/**
 * Opens an OCR engine with `jobs` processes or threads (default: one a core). `auto` takes the installed command, which is
 * 1.4 times as fast, and the embedded one where there is none.
 * @throws {OcrFailure} when `tesseract` is asked for and not installed; {Error} when `IMR_IMAGE_MEMORY` is no number.
 */
export async function openEngine(choice: EngineChoice, options: { readonly jobs?: number } = {}): Promise<OcrEngine> {
  // Told now, and not of the first document.
  usualImageMemory()
  const jobs = Math.max(1, options.jobs ?? availableParallelism())
  const installed = choice === 'tesseract.js' ? null : await installedTesseract()
  if (choice === 'tesseract' || installed?.languages.includes('eng')) return nativeEngine(installed, { jobs })
  const { tesseractJsEngine } = await import('./tesseract-js/engine.ts')
  return tesseractJsEngine({ jobs })
}
