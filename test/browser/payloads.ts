/** What a page that takes text for HTML, an address or code would run: each names itself in `globalThis.ran`. */
const shapes = [
  '<script>RUN</script>',
  '"><script>RUN</script>',
  '<img src=x onerror="RUN">',
  '<img/src=x/onerror=RUN>',
  '<svg onload=RUN>',
  '<svg><animate onbegin=RUN attributeName=x dur=1s>',
  '<body onload=RUN>',
  '<iframe srcdoc="<script>parent.RUN</script>">',
  '<details open ontoggle=RUN>',
  '<input autofocus onfocus=RUN>',
  '<a href="javascript:RUN" id=x>x</a>',
  '<math><mtext></table><img src=x onerror=RUN>',
  "'-RUN-'",
  '`${RUN}`',
  '{{constructor.constructor("RUN")()}}',
  '</textarea><script>RUN</script>',
  '</title><script>RUN</script>',
  '<style>@import "javascript:RUN"</style>',
  '<video><source onerror=RUN>',
  '<form action=javascript:RUN><button autofocus>',
] as const
/** As they are; in capitals and between other words; in the signs that filters take away. */
const dresses = [
  (text: string) => text,
  (text: string) => `left knee ${text.replace(/<(\/?)(\w+)/g, (_, end, name) => `<${end}${name.toUpperCase()}`)} 2x8`,
  (text: string) => `&lt;b&gt;${text}\u202e<!--${text}-->`,
] as const

export const payloads: readonly string[] = shapes.flatMap((shape, i) =>
  dresses.map((dress, j) => dress(shape.replaceAll('RUN', `globalThis.ran=${i * dresses.length + j + 1}`))),
)
