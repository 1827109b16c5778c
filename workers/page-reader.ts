// Child process that parses one document and reads its pages; started by src/extract/parent/pool.ts.
import { serve } from '../src/extract/child/main.ts'

serve()
