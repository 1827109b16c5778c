/**
 * A text as it is searched: the same on every engine, whose own `lower` knows other letters each. Case aside in every script (ß as ss, ς as σ), and
 * wide, narrow and joined forms of a letter as the letter.
 */
export const folded = (text: string): string =>
  text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')
