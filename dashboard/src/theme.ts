/** How components look by default. Colours and sizes stand in `tokens.css`. */

import {
  Alert,
  Button,
  createTheme,
  Drawer,
  type MantineThemeOverride,
  Modal,
  NativeSelect,
  Tooltip,
} from '@mantine/core';

/** The header of a dialog is none of the page. */
const attributes = { header: { role: 'presentation' } };

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'orange',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Locking the scroll of the page would need a style element, which the content security policy does not allow.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, radius: 'md', attributes } }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false, attributes } }),
    Alert: Alert.extend({ defaultProps: { radius: 'md', variant: 'light' } }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    NativeSelect: NativeSelect.extend({ defaultProps: { size: 'sm' } }),
    // What is read out belongs to a landmark of the page.
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 300, portalProps: { target: 'main' } } }),
  },
});
