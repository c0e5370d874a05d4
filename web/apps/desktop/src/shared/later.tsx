import { useEffect, useState, type ComponentType } from "react";

type Loaded<Props> = { default: ComponentType<Props> };

/**
 * A component whose code is fetched when it is first shown; nothing stands in its place until then.
 *
 * Not `React.lazy`: what comes after a Suspense fallback is held back until 300 ms have passed since
 * the last one was shown, however soon the code is there.
 */
export function later<Props extends object>(load: () => Promise<Loaded<Props>>) {
  let ready: ComponentType<Props> | null = null;
  const preload = async () => {
    ready ??= (await load()).default;
    return ready;
  };
  function Later(props: Props) {
    const [state, setState] = useState<{ Ready: ComponentType<Props> | null; failure?: unknown }>({ Ready: ready });
    useEffect(() => {
      if (state.Ready !== null) return;
      let gone = false;
      preload().then(
        (Ready) => gone || setState({ Ready }),
        (failure: unknown) => gone || setState({ Ready: null, failure }),
      );
      return () => {
        gone = true;
      };
    }, [state.Ready]);
    if (state.failure !== undefined) throw state.failure;
    return state.Ready === null ? null : <state.Ready {...props} />;
  }
  return Object.assign(Later, { preload });
}
