import type { Family } from './model.ts'

const MICROSECONDS = 1e6

/**
 * What this process takes, in the library's names for it. The library itself would measure these only with others that
 * nobody wants, and count from anew after each reload.
 */
export const processFamilies: readonly Family[] = [
  {
    name: 'process_cpu_seconds_total',
    help: 'Processor time that was used, by the program and by the system for it',
    type: 'counter',
    read() {
      const { user, system } = process.cpuUsage()
      return [{ labels: {}, value: (user + system) / MICROSECONDS }]
    },
  },
  {
    name: 'nodejs_heap_size_used_bytes',
    help: 'Memory that JavaScript uses',
    type: 'gauge',
    read: () => [{ labels: {}, value: process.memoryUsage().heapUsed }],
  },
]

export const infoFamily = (version: string): Family => ({
  name: 'modelway_info',
  together: 'max',
  help: 'The version that runs',
  type: 'gauge',
  read: () => [{ labels: { version }, value: 1 }],
})
