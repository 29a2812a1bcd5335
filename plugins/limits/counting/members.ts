import type { Limit } from '../model.ts'

/** Members of one limit that are told apart; whoever comes behind them shares the last pot. */
export const MOST_MEMBERS = 50_000
export const REST = '…'

/** Paths begin with a slash, and keys never do. */
export const isMember = ({ each }: Limit, member: string): boolean =>
  each === 'all'
    ? member === ''
    : member === REST || (member !== '' && member.startsWith('/') === (each === 'user_path'))
