// Child process that parses one document and reads its pages; started by src/extract/reader-process.ts.
import { serve } from '../src/extract/reader/main.ts'

serve()
