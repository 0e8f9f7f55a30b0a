using Crucible.Experiments.Data;

namespace Crucible.Experiments.Fragments;

/// <summary>The code that a program needs to send its console.</summary>
public static class RunLogSnippet
{
    /// <summary>A handler of Python's logging that needs nothing but Python; the address and the token come from MLflow's own variables.</summary>
    public static string Python(RunRow run) => $$"""
        import atexit, itertools, json, logging, os, threading, time, urllib.request

        class RunLog(logging.Handler):
            def __init__(self, run_id, url=os.environ["MLFLOW_TRACKING_URI"], token=os.environ["MLFLOW_TRACKING_TOKEN"]):
                super().__init__()
                self.url, self.token = f"{url.rstrip('/')}/api/v1/runs/{run_id}/logs", token
                self.waiting, self.seq, self.turn = [], itertools.count(time.time_ns() // 1000), threading.Lock()
                atexit.register(self.flush)
                threading.Thread(target=self.run, daemon=True).start()
            def emit(self, record):
                self.waiting.append({"text": self.format(record), "level": record.levelname, "at": record.created, "seq": next(self.seq)})
            def run(self):
                while not threading.Event().wait(1):
                    self.flush()
            def flush(self):
                with self.turn:
                    while batch := self.waiting[:1000]:
                        ask = urllib.request.Request(self.url, json.dumps({"lines": batch}).encode(), {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
                        try:
                            urllib.request.urlopen(ask, timeout=10).close()
                        except OSError:
                            return  # the next second tries again; lines are numbered, so none comes twice
                        del self.waiting[:len(batch)]

        logging.getLogger().addHandler(RunLog("{{run.RunId:N}}"))
        """;
}
