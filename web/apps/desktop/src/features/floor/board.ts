import type { Floor, FloorAgent, FloorNews, FloorQueue } from "@rapport/api-client";
import { useEffect, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { Store } from "../../shared/store.ts";

export interface Board {
  readonly queues: readonly FloorQueue[];
  readonly agents: readonly FloorAgent[];
  readonly more: boolean;
}

/** The board as read, with what the stream brings; what does not differ keeps its identity. */
export function merged(board: Board, news: FloorNews): Board {
  const queues = new Map(news.queues.map((queue) => [queue.id, queue]));
  const agents = new Map(news.agents.map((agent) => [agent.id, agent]));
  return {
    ...board,
    queues: queues.size === 0 ? board.queues : board.queues.map((queue) => queues.get(queue.id) ?? queue),
    agents:
      agents.size === 0
        ? board.agents
        : board.agents.map((held) => {
            const { status, status_since, idle_code_id, pending, load, capacity } = agents.get(held.id) ?? held;
            return agents.has(held.id) ? { ...held, status, status_since, idle_code_id, pending, load, capacity } : held;
          }),
  };
}

/** The live board: read once and after every reconnection, then told what differs once a second. */
export function useBoard(): { board: Board | null; error: unknown } {
  const desk = useDesk();
  const [store] = useState(() => new Store<Board | null>(null));
  const [board, setBoard] = useState<Board | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let early: FloorNews[] = [];
    let reading = false;
    const show = (next: Board) => {
      store.set(next);
      setBoard(next);
    };
    const read = async () => {
      if (reading) return;
      reading = true;
      early = [];
      try {
        const floor: Floor = await desk.api.floor();
        show(early.reduce<Board>(merged, floor));
        setError(null);
      } catch (reason) {
        setError(reason);
      } finally {
        reading = false;
      }
    };
    const stopNews = desk.onFloor((news) => {
      const held = store.get();
      if (reading) early.push(news);
      else if (held !== null) show(merged(held, news));
    });
    const stopState = desk.connection.state.subscribe(() => {
      if (desk.connection.state.get() === "live") void read();
    });
    desk.connection.look("floor", null);
    void read();
    return () => {
      stopNews();
      stopState();
      desk.connection.look("floor", null, false);
    };
  }, [desk, store]);
  return { board, error };
}

export type AgentSort = "state" | "name" | "since" | "load";
const ORDER = { rona: 0, available: 1, idle: 2, offline: 3 } as const;

export function loadOf(agent: FloorAgent): { used: number; room: number } {
  const sum = (values: Record<string, number>) => Object.values(values).reduce((a, b) => a + b, 0);
  return { used: sum(agent.load), room: sum(agent.capacity) };
}

export function arranged(agents: readonly FloorAgent[], query: string, team: number | null, sort: AgentSort): FloorAgent[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const name = (a: FloorAgent, b: FloorAgent) => a.name.localeCompare(b.name);
  const by: Record<AgentSort, (a: FloorAgent, b: FloorAgent) => number> = {
    name,
    state: (a, b) => ORDER[a.status] - ORDER[b.status] || name(a, b),
    since: (a, b) => a.status_since.localeCompare(b.status_since) || name(a, b),
    load: (a, b) => loadOf(b).used - loadOf(a).used || name(a, b),
  };
  return agents
    .filter((agent) => (team === null || agent.team_ids.includes(team)) && words.every((word) => agent.name.toLowerCase().includes(word)))
    .sort(by[sort]);
}
