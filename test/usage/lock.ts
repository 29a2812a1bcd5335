/** Another process that writes and does not come to an end: within one process, locks of a file mean nothing. */
export async function lockFile(file: string) {
  const program = `
    const { Database } = await import('bun:sqlite')
    const database = new Database(${JSON.stringify(file)})
    database.run('PRAGMA busy_timeout = 5000')
    database.run('BEGIN IMMEDIATE')
    console.log('locked')
    await Bun.stdin.text()
    database.run('COMMIT')
  `
  const child = Bun.spawn([process.execPath, '-e', program], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  await child.stdout.getReader().read()
  const release = async () => {
    child.stdin.end()
    await child.exited
  }
  return { release, [Symbol.asyncDispose]: release }
}
