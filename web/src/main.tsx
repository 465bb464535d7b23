import '@fontsource-variable/inter/wght.css'
// In layers: what the console says of a component holds, in whichever order browsers get the files.
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
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
