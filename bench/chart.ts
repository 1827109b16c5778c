/** A bar chart as SVG: a group of bars a name, values from 0 to 1, one colour a series. */
export function chart(
  title: string,
  series: readonly string[],
  groups: readonly { readonly name: string; readonly values: readonly number[] }[],
): string {
  const [left, top, row, bar, width] = [130, 56, 14 * series.length + 14, 12, 520]
  const colours = ['#9aa5b1', '#c3b091', '#2f6f4f']
  const parts = [text(left, 22, title, 16)]
  for (const [i, name] of series.entries())
    parts.push(rect(left + i * 150, 32, 12, 12, colours[i] ?? '#000'), text(left + i * 150 + 18, 42, name))
  for (const [i, group] of groups.entries()) {
    const y = top + i * row
    parts.push(text(10, y + row / 2, group.name))
    for (const [k, value] of group.values.entries())
      parts.push(
        rect(left, y + k * 14, value * width, bar, colours[k] ?? '#000'),
        text(left + value * width + 6, y + k * 14 + 10, `${(100 * value).toFixed(1)} %`, 10),
      )
  }
  const height = top + groups.length * row + 10
  return `<svg role="img" xmlns="http://www.w3.org/2000/svg" width="${left + width + 70}" height="${height}" font-family="sans-serif"><title>${title}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`
}

const rect = (x: number, y: number, width: number, height: number, colour: string) =>
  `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${height}" fill="${colour}"/>`

const text = (x: number, y: number, said: string, size = 12) =>
  `<text x="${x.toFixed(1)}" y="${y}" font-size="${size}">${said.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
