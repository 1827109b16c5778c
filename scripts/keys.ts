import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { keysTables } from '../src/review/page/commands.ts'

const head = `# Keys of the review page

Made by \`npm run keys\` from the table that makes them work (\`src/review/page/commands.ts\`). Single letters work while the list that they are of has the focus.
`
writeFileSync(fileURLToPath(new URL('../docs/review-keys.md', import.meta.url)), `${head}\n${keysTables()}\n`)
