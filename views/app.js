/* What HTML and CSS cannot do by themselves. No state, no markup, nothing inline: pages work without it as far as they can. */
const notice = () => document.getElementById('notice')
const dialog = () => document.getElementById('dialog')
const content = () => document.getElementById('dialog-content')

/** The element that opened the dialog, by id: after a write the table is new, and so is the element. */
let opener = ''
let hiding = 0

/** What stays until something else is done: mistakes, and what can still be undone. */
const LASTING = '[data-tone=bad], form'
/** What can be done about it. */
const OFFER = 'form button, a'

/** What asks by itself, while people do something else: its answers are no news. */
const isByItself = source => source?.matches?.('[hx-trigger^="every "]') === true

/** Shows what is in the message line, above everything else; what can be done about it gets the keyboard, unless that is in use. */
function announce(isFree = true) {
  const line = notice()
  if (line === null || line.textContent === '') return
  if (line.matches(':popover-open')) line.hidePopover()
  line.showPopover()
  clearTimeout(hiding)
  if (line.querySelector(LASTING) === null) hiding = setTimeout(hush, 6000)
  if (isFree) line.querySelector(OFFER)?.focus({ preventScroll: true })
}

function hush() {
  const line = notice()
  const hadFocus = line?.contains(document.activeElement)
  line?.hidePopover()
  line?.replaceChildren()
  if (hadFocus) goBack()
}

/** To where the keyboard was before the dialog opened, or near. */
function goBack() {
  const back =
    document.getElementById(opener) ?? document.getElementById('new') ?? document.getElementById('main')
  back?.focus()
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
  const offered = notice()?.querySelector(OFFER)
  if (offered) offered.focus({ preventScroll: true })
  else goBack()
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

/** Copies what stands in a field or in a block. Where the clipboard is closed, as on plain http, it is selected at least. */
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]')
  if (button === null) return
  const source = document.getElementById(button.dataset.copy)
  if ('select' in source) source.select()
  else getSelection().selectAllChildren(source)
  const isCopied = navigator.clipboard
    ? await navigator.clipboard.writeText(source.value ?? source.textContent).then(
        () => true,
        () => false,
      )
    : document.execCommand('copy')
  button.lastChild.textContent = isCopied ? 'Copied' : 'Press Ctrl+C'
})

for (const act of ['click', 'keydown', 'htmx:before:request']) {
  document.addEventListener(
    act,
    event => {
      if (act === 'htmx:before:request' && isByItself(event.target)) return
      const line = notice()
      if (line?.querySelector(LASTING) == null || line.contains(event.target)) {
        if (event.key === 'Escape') hush()
        return
      }
      // It stays true, whatever the page asks for by itself.
      if (act === 'htmx:before:request' && line.querySelector('.session-over') !== null) return
      // Whoever walks past with the keyboard may be on the way to it.
      const isOffer = line.querySelector(OFFER) !== null
      if (act !== 'keydown' || !isOffer || event.key === 'Escape') hush()
    },
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

/** A form hears of its fields from here on; what was typed before, while the page was still on its way, is told now. */
document.addEventListener('htmx:after:init', ({ target }) => {
  for (const field of target.elements ?? [])
    if (field.defaultValue !== undefined && field.value !== field.defaultValue)
      field.dispatchEvent(new Event('input', { bubbles: true }))
})

/** Only our own markup is ever swapped in. Anything else, such as a refusal in plain words, is shown as text. */
document.addEventListener('htmx:before:response', event => {
  const { response } = event.detail.ctx
  const over = response.status === 401 ? document.getElementById('session-over') : null
  if (over !== null) {
    event.preventDefault()
    return sayOver(comingBack(over.content.cloneNode(true)), event.detail.ctx.sourceElement)
  }
  if ((response.headers.get('content-type') ?? '').startsWith('text/html')) return
  event.preventDefault()
  response.raw.text().then(text => complain(text || `The gateway answered with status ${response.status}`))
})

/** Signing in leads back to where one is now: filters change the address, and no page is drawn anew for it. */
function comingBack(words) {
  const link = words.querySelector('a')
  // The copy of a template knows no address of its own.
  const to = new URL(link.getAttribute('href'), location)
  // What was drawn in answer to a form has an address that cannot be opened: it is left for its page.
  if (to.searchParams.get('next') === location.pathname)
    to.searchParams.set('next', location.pathname + location.search)
  link.href = to
  return words
}

/**
 * In the open form, from where alone it can be reached, and which keeps all that was typed; else in the message line.
 * `source` is what was sent: a page may also ask for something while one types in it, or is somewhere else.
 */
function sayOver(words, source) {
  const form = document.querySelector('dialog:modal form')
  if (form === null) {
    if (notice()?.querySelector('.session-over') !== null) return
    const at = document.activeElement
    notice().replaceChildren(words)
    return announce(at === document.body || (source.contains(at) && !at.matches('input, textarea')))
  }
  if (form.querySelector('.session-over') === null) form.querySelector('footer').before(words)
  // Whoever is typing goes on typing; a button that was pressed is disabled meanwhile and has lost the focus.
  if (!form.contains(document.activeElement)) form.querySelector('.session-over a').focus()
}

/** Who signs in again, in whichever tab, has a new token; forms that are open in others go on with it. */
const HEADERS = 'hx-headers:inherited'
const tabs = new BroadcastChannel('modelway-token')
tabs.onmessage = ({ data: token }) => {
  if (!document.body.hasAttribute(HEADERS)) return
  document.body.setAttribute(HEADERS, JSON.stringify({ 'x-csrf-token': token }))
  for (const field of document.querySelectorAll('input[name=csrf]')) field.value = token
  for (const words of document.querySelectorAll('.session-over')) words.remove()
  if (notice()?.childElementCount === 0) hush()
}
document.addEventListener('DOMContentLoaded', () => {
  const headers = document.body.getAttribute(HEADERS)
  if (headers !== null) tabs.postMessage(JSON.parse(headers)['x-csrf-token'])
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

/**
 * What a page waits for says so: a bar above everything, and the part that will be another one is paler. An answer that
 * comes within a moment shows nothing of it. Of several questions for one part the last one counts.
 */
const awaited = new WeakMap()
document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  const { target, request, sourceElement } = ctx
  if (request.method !== 'GET' || isByItself(sourceElement) || !target?.matches('main :not(datalist)')) return
  awaited.set(target, ctx)
  target.ariaBusy = 'true'
})
document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  if (awaited.get(ctx.target) === ctx) ctx.target.ariaBusy = null
})

/** What was pressed in the message line is gone with its answer. */
document.addEventListener('htmx:finally:request', event => {
  const { sourceElement } = event.detail.ctx
  if (isByItself(sourceElement)) return
  if (!sourceElement.isConnected && document.activeElement === document.body) goBack()
})

document.addEventListener('htmx:after:swap', event => {
  if (isByItself(event.detail?.ctx?.sourceElement)) return
  syncDialog()
  announce()
})

// By itself it begins a task later, which may be after the page counts as loaded: what is pressed in between is lost to it.
globalThis.htmx?.initialize()

/** The menu opens above the page only where there is little room, see narrow.css; elsewhere it is a part of it. */
matchMedia('(max-width: 46rem)').addEventListener('change', () => {
  const menu = document.getElementById('menu')
  if (menu?.matches(':popover-open')) menu.hidePopover()
})
