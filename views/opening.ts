/** Makes a link to an address of this page open its dialog in place: htmx takes just the dialog out of the answer. */
export const opening = (href: string) => ({
  'hx-get': href,
  'hx-target': '#dialog-content',
  'hx-select': '#dialog-content > *',
  'hx-swap': 'innerHTML',
})
