import { Drawer } from '@mantine/core'
import { Brand } from '@/components/Brand'
import { Navigation } from './Navigation'

/** The navigation where there is no room beside the page. */
export function MenuDrawer({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Drawer opened={isOpen} onClose={onClose} position="left" size={280} title={<Brand />}>
      <Navigation onGo={onClose} />
    </Drawer>
  )
}
