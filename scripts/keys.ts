import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { keysTable } from '../src/review/page/letter/commands.ts'

const head = `# Keys of the letter screen

Made by \`npm run keys\` from the table that makes them work (\`src/review/page/letter/commands.ts\`). Single letters work while the field list has the focus.
`
writeFileSync(fileURLToPath(new URL('../docs/review-keys.md', import.meta.url)), `${head}\n${keysTable()}\n`)
