import type { Sample } from './letter.ts'

const cell = (text: string) => text.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|')

/** The table of samples for people: made from the sources, so that it tells of every file and of none that is not there. */
export function readme(samples: readonly Sample[]): string {
  const rows = samples.map((s) => `| \`${s.file}\` | ${cell(s.shows)} | ${cell(s.proposals)} |`)
  return `# Samples

Letters of our own about invented cases, printed and then damaged the way mail is. No sentence of a real letter is in them;
what every letter has in common (labels, headings, the paragraph on the reviewer) is the form's.

| file | what it shows | what the guidelines lead to |
|---|---|---|
${rows.join('\n')}

- \`letters/*.yaml\` are the readable sources: what is printed and, beside it, what it says.
- \`expected.jsonl\` is made from the sources alone, never from what the program read: the truth that \`imr evaluate\` and the
  tests compare with. One line a letter; \`letter\` counts within the file.
- They are in-sample: the program's rules were written beside them, so what is scored on them tells that nothing was broken, not how letters
  are read that nobody has seen. The same holds for the golden records in \`test/fixtures/golden\`, which detect changes and measure nothing.
- \`npm run samples\` makes the files, \`expected.jsonl\` and this page again (\`npm run samples -- 06\`: that file only). The same
  source gives the same bytes: fonts come with pdfjs, chance and the salt of the encrypted file from a seed, and no date is written.
- \`make/damage.ts\` holds each kind of damage as one function from sheet to sheet.

\`\`\`
./imr run samples
./imr evaluate --gold samples/expected.jsonl samples
\`\`\`
`
}
