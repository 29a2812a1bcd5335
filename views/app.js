/* What HTML and CSS cannot do by themselves. No state, no markup, nothing inline: pages work without it as far as they can. */
const notice = () => document.getElementById('notice')
const dialog = () => document.getElementById('dialog')
const content = () => document.getElementById('dialog-content')

/** The element that opened the dialog, by id: after a write the table is new, and so is the element. */
let opener = ''
let hiding = 0

/** Shows what is in the message line, above everything else. Mistakes stay until something else is done. */
function announce() {
  const line = notice()
  if (line === null || line.textContent === '') return
  if (line.matches(':popover-open')) line.hidePopover()
  line.showPopover()
  clearTimeout(hiding)
  if (line.querySelector('[data-tone=bad]') === null) hiding = setTimeout(hush, 6000)
}

function hush() {
  notice()?.hidePopover()
  notice()?.replaceChildren()
}

function complain(text) {
  const line = document.createElement('p')
  line.dataset.tone = 'bad'
  line.textContent = text.slice(0, 500)
  notice()?.replaceChildren(line)
  announce()
}

/** Markup in the dialog opens it, emptiness closes it. */
function syncDialog() {
  const box = dialog()
  if (box === null) return
  const isFilled = content().childElementCount > 0
  if (!isFilled) return box.close()
  if (box.matches(':modal')) return
  // It may be open as it came from the server: not above the page yet, and not to be closed, which would empty it.
  box.open = false
  opener = document.activeElement?.id || opener
  hush()
  box.showModal()
}

function onClosed() {
  if (content().childElementCount > 0) content().replaceChildren()
  const address = new URL(location.href)
  for (const name of dialog().dataset.asks.split(' ')) address.searchParams.delete(name)
  if (address.href !== location.href) history.replaceState(history.state, '', address)
  const back =
    document.getElementById(opener) ?? document.getElementById('new') ?? document.getElementById('main')
  back?.focus()
}

document.addEventListener('DOMContentLoaded', () => {
  dialog()?.addEventListener('close', onClosed)
  syncDialog()
})

document.addEventListener('click', event => {
  if (event.target.closest('[data-close]') === null || dialog()?.open !== true) return
  event.preventDefault()
  dialog().close()
})

/** Copies what stands in a field. Where the clipboard is closed, as on plain http, it is selected at least. */
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]')
  if (button === null) return
  const field = document.getElementById(button.dataset.copy)
  field.select()
  const isCopied = navigator.clipboard
    ? await navigator.clipboard.writeText(field.value).then(
        () => true,
        () => false,
      )
    : document.execCommand('copy')
  button.lastChild.textContent = isCopied ? 'Copied' : 'Press Ctrl+C'
})

for (const act of ['click', 'keydown', 'htmx:before:request']) {
  document.addEventListener(
    act,
    () => notice()?.querySelector('[data-tone=bad]') && notice().hidePopover(),
    true,
  )
}

/** `/` goes to the search, as in many tools. */
document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target.closest('input, textarea, select, dialog') !== null) return
  const search = document.querySelector('[data-shortcut="/"]')
  if (search === null) return
  event.preventDefault()
  search.focus()
})

/** Only our own markup is ever swapped in. Anything else, such as a refusal in plain words, is shown as text. */
document.addEventListener('htmx:before:response', event => {
  const { response } = event.detail.ctx
  if ((response.headers.get('content-type') ?? '').startsWith('text/html')) return
  event.preventDefault()
  response.raw.text().then(text => complain(text || `The gateway answered with status ${response.status}`))
})

document.addEventListener('htmx:error', event => {
  if (event.detail.ctx !== undefined)
    complain('The gateway cannot be reached: check that it is running, and try again')
})

/** Addresses stay short: what is not asked for is not in them. */
document.addEventListener('htmx:config:request', event => {
  const { method, body } = event.detail.ctx.request
  if (method !== 'GET') return
  for (const name of new Set(body.keys())) if (body.get(name) === '') body.delete(name)
})

document.addEventListener('htmx:after:swap', () => {
  syncDialog()
  announce()
})
