import type { Child } from 'hono/jsx'

interface DocumentProps {
  readonly title: string
  readonly assets: Readonly<Record<string, string>>
  /** Sent with every htmx request. */
  readonly csrf?: string
  readonly layout: 'app' | 'plain'
  readonly children?: Child
}

/** No inline styles (settling copies them), no other origin, and going back fetches the page anew. */
const htmxConfig = JSON.stringify({
  includeIndicatorCSS: false,
  defaultSettleDelay: 0,
  mode: 'same-origin',
  history: 'reload',
  noSwap: [204, 304, '5xx'],
})

/** The HTML document around everything that is shown. */
export const Document = ({ title, assets, csrf, layout, children }: DocumentProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>{`${title} · Modelway`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <meta name="htmx-config" content={htmxConfig} />
      <link rel="icon" type="image/svg+xml" href={assets['icon.svg']} />
      <link rel="stylesheet" href={assets['app.css']} />
      <script src={assets['htmx.js']} defer />
      <script src={assets['app.js']} defer />
    </head>
    <body
      data-layout={layout}
      {...(csrf !== undefined && { 'hx-headers:inherited': JSON.stringify({ 'x-csrf-token': csrf }) })}
    >
      {children}
    </body>
  </html>
)
