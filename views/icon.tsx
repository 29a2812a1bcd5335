const paths = {
  alert: 'M8 5.2v3.6M8 11h.01M7.1 2.3 1.6 12a1 1 0 0 0 .9 1.5h11a1 1 0 0 0 .9-1.5L8.9 2.3a1 1 0 0 0-1.8 0Z',
  arrow: 'M2.5 8h10.5M9 4l4 4-4 4',
  check: 'm3 8.5 3.3 3.3L13 5',
  close: 'm4 4 8 8m0-8-8 8',
  copy: 'M5.5 5.5V3.3a.8.8 0 0 1 .8-.8h6.4a.8.8 0 0 1 .8.8v6.4a.8.8 0 0 1-.8.8h-2.2M3.3 5.5h6.4a.8.8 0 0 1 .8.8v6.4a.8.8 0 0 1-.8.8H3.3a.8.8 0 0 1-.8-.8V6.3a.8.8 0 0 1 .8-.8Z',
  lock: 'M4.5 7.2V5a3.5 3.5 0 0 1 7 0v2.2M4 7.2h8a.8.8 0 0 1 .8.8v4.7a.8.8 0 0 1-.8.8H4a.8.8 0 0 1-.8-.8V8a.8.8 0 0 1 .8-.8Z',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  out: 'M6.5 13.5h-3a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1h3M10.5 11l3-3-3-3M13.5 8h-7',
  pencil: 'm10.8 2.8 2.4 2.4L5.4 13l-3 .6.6-3 7.8-7.8Z',
  plus: 'M8 3v10M3 8h10',
  refresh:
    'M13.3 6.7A5.5 5.5 0 0 0 3.2 5.3L2.5 6.5M2.5 3v3.5H6M2.7 9.3a5.5 5.5 0 0 0 10.1 1.4l.7-1.2M13.5 13V9.5H10',
  search: 'M7.2 12a4.8 4.8 0 1 0 0-9.6 4.8 4.8 0 0 0 0 9.6ZM13.5 13.5l-2.8-2.8',
  trash: 'M2.8 4.5h10.4M6.3 4.5V3h3.4v1.5M4.2 4.5l.6 8.5h6.4l.6-8.5M6.7 7v3.8M9.3 7v3.8',
} as const

export type IconName = keyof typeof paths

/** A small line drawing beside words; it never stands for them alone. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
)

/** The mark of the house: one road in, two roads out. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" />
    <path d="M6 16h5.5c4 0 4.5-7 8.5-7h6M11.5 16c4 0 4.5 7 8.5 7h6" />
    <circle cx="7" cy="16" r="2.6" />
  </svg>
)
