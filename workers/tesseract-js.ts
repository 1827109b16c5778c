// Worker thread that runs the embedded OCR engine; started by src/extract/ocr/tesseract-js/engine.ts.
import { serveTesseract } from '../src/extract/ocr/tesseract-js/thread.ts'

serveTesseract()
