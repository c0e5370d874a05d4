import { useMediaQuery } from "@mantine/hooks";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";

/** Whether the customer panel is open: a lasting choice beside the thread, a passing one over it. */
export function useCustomerPanel(): { open: boolean; over: boolean; toggle: () => void } {
  const desk = useDesk();
  const over = useMediaQuery("(max-width: 1180px)", false, { getInitialValueInEffect: false }) === true;
  const lasting = useStore(desk.preferences.values, (values) => values.side_panel_open);
  const passing = useStore(desk.ui.state, (ui) => ui.customerOver);
  const open = over ? passing : lasting;
  const toggle = () => {
    if (over) desk.ui.set({ customerOver: !open });
    else desk.preferences.change({ side_panel_open: !open });
  };
  return { open, over, toggle };
}
