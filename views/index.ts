/** What plugins import as `modelway/views`: the components that the pages of the dashboard share. */
export { Badge, type Tone } from './badge.tsx'
export { Check, Csrf, Field } from './form.tsx'
export { Icon, type IconName } from './icon.tsx'
export { Link } from './link.tsx'
export { Notice } from './notice.tsx'
export { Pager, Table } from './table.tsx'
