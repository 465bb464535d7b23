import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './components/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from '@/app/App'
import { startLanguages } from '@/lib/i18n'

const place = document.getElementById('root')
if (place) {
  await startLanguages()
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
