// Runs before the first paint, so that a chosen colour scheme never flashes the other one.
'use strict'
try {
  const chosen = localStorage.getItem('sluice-theme') || 'auto'
  const isDark =
    chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light')
} catch {
  document.documentElement.setAttribute('data-mantine-color-scheme', 'light')
}
