const acronyms: Readonly<Record<string, string>> = { api: 'API', url: 'URL', id: 'ID' }

/** `base_url` → `Base URL`. */
export const labelOf = (name: string): string => {
  const words = name.split('_').map(word => acronyms[word] ?? word)
  const text = words.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
