using static Crucible.Host.Tests.Security.Effect;
using static Crucible.Host.Tests.Security.Reach;

namespace Crucible.Host.Tests.Security;

/// <summary>
/// Who may use which route, and a request that does. Every route that changes something stands here, and so does every
/// other with parameters; one that is missing fails <see cref="RouteMatrixTests"/>, which says what to write. A GET that is
/// not here is for whoever is signed in, or for admins below <c>/admin</c>.
/// </summary>
internal static class RouteTable
{
    /// <summary>Routes that are one thing under two prefixes: older and newer clients use either.</summary>
    public static string Lookup(string route) =>
        route.Replace(" /ajax-api/", " /api/", StringComparison.Ordinal).Replace(" /api/2.0/mlflow/get-artifact", " /get-artifact", StringComparison.Ordinal);

    public static readonly Expectation[] All =
    [
        // Open to everybody, each for its reason ---------------------------------------------------------------------------
        new("GET /account/sign-in", Anybody) { Why = "Here one signs in." },
        new("POST /account/sign-in", Anybody) { Why = "Here one signs in.", Form = "Name=nobody&Password=wrong", Answers = 422, Effect = Nothing },
        new("GET /account/link", Anybody) { Why = "Here one signs in by a one-time link." },
        new("POST /account/link", Anybody) { Why = "Here one signs in by a one-time link.", Form = "Code=unknown", Answers = 422, Effect = Nothing },
        new("GET /account/link.js", Anybody) { Why = "The script of that page; the same for all." },
        new("GET /error", Anybody) { Why = "What went wrong is said to nobody too; it shows a status and a reference.", Answers = 404 },
        new("GET /healthz/live", Anybody) { Why = "Load balancers have no account; it names states, no details." },
        new("POST /healthz/live", Anybody) { Why = "As GET; the framework maps it for all methods.", Effect = Nothing },
        new("GET /healthz/ready", Anybody) { Why = "Load balancers have no account; it names states, no details." },
        new("POST /healthz/ready", Anybody) { Why = "As GET; the framework maps it for all methods.", Effect = Nothing },
        new("GET /health", Anybody) { Why = "Tracking clients probe it before they send a credential; it says OK." },
        new("GET /version", Anybody) { Why = "Tracking clients probe it before they send a credential; it says which protocol." },

        // One's own account ------------------------------------------------------------------------------------------------
        new("GET /account", Oneself),
        new("GET /account/sign-out", Oneself),
        new("GET /account/theme", Oneself),
        new("GET /account/tokens", Oneself),
        new("POST /account?handler=Name", Oneself) { Form = "DisplayName={new}" },
        new("POST /account?handler=Password", Oneself) { Form = "Current={password}&Next=four%20old%20paper%20boats" },
        new("POST /account?handler=SignOutOthers", Oneself),
        new("POST /account/sign-out", Oneself),
        new("POST /account/theme", Oneself) { Form = "theme=dark" },
        new("POST /account/tokens?handler=Create", Oneself) { Form = "Name={new}&Scope=read&Days=7" },
        new("POST /account/tokens?handler=Revoke", Oneself) { Form = "id={token}" },

        // The host ---------------------------------------------------------------------------------------------------------
        new("GET /live", Reader) { Query = "topics=run:{run}", Hidden = 403 },
        new("GET /nav/{plugin}/badge", SignedIn) { At = "plugin=experiments" },
        new("GET /openapi/{documentName}.json", SignedIn) { At = "documentName=v1" },
        new("POST /admin/plugins?handler=Disable", Permitted) { Permissions = ["crucible.plugins"], Form = "id=experiments" },
        new("POST /admin/plugins?handler=Enable", Permitted) { Permissions = ["crucible.plugins"], Form = "id=experiments" },

        // Experiments: pages -----------------------------------------------------------------------------------------------
        new("GET /experiments/{id:long}", Reader) { At = "id={experiment}" },
        new("GET /experiments/compare", Reader) { Query = "runs={run}" },
        new("GET /experiments/runs/{runId}", Reader) { At = "runId={run}" },
        new("GET /experiments/{experimentId:long}/runs/{runId}/{**rest}", SignedIn) { At = "experimentId=1&runId={run}&rest=x" },
        new("POST /experiments?handler=Create", Member) { Form = "name={new}" },
        new("POST /experiments?handler=Delete", Owner) { Form = "id={experiment}" },
        new("POST /experiments?handler=Restore", Owner) { Form = "id={goneExperiment}" },
        new("POST /experiments/{id:long}?handler=Rename", Writer) { At = "id={experiment}", Form = "name={new}" },
        new("POST /experiments/{id:long}?handler=Note", Writer) { At = "id={experiment}", Form = "text={new}" },
        new("POST /experiments/{id:long}?handler=LostAfter", Writer) { At = "id={experiment}", Form = "number=7&unit=hours" },
        new("POST /experiments/{id:long}?handler=Delete", Owner) { At = "id={experiment}" },
        new("POST /experiments/{id:long}?handler=Restore", Owner) { At = "id={goneExperiment}" },
        new("POST /experiments/{id:long}?handler=DeleteRuns", Owner) { At = "id={experiment}", Form = "ids={run}" },
        new("POST /experiments/{id:long}?handler=RestoreRuns", Owner) { At = "id={experiment}", Form = "ids={goneRun}" },
        new("POST /experiments/runs/{runId}?handler=Status", Writer) { At = "runId={run}", Form = "status=completed" },
        new("POST /experiments/runs/{runId}?handler=Rename", Writer) { At = "runId={run}", Form = "name={new}" },
        new("POST /experiments/runs/{runId}?handler=Note", Writer) { At = "runId={run}", Form = "text={new}" },
        new("POST /experiments/runs/{runId}?handler=Tag", Writer) { At = "runId={run}", Form = "key=k&value={new}" },
        new("POST /experiments/runs/{runId}?handler=RemoveTag", Writer) { At = "runId={run}", Form = "key=tag" },
        new("POST /experiments/runs/{runId}?handler=Delete", Owner) { At = "runId={run}" },
        new("POST /experiments/runs/{runId}?handler=Restore", Owner) { At = "runId={goneRun}" },

        // Experiments: the tracking protocol ---------------------------------------------------------------------------------
        new("GET /api/2.0/{**rest}", SignedIn) { At = "rest=none", Answers = 404 },
        new("GET /api/3.0/{**rest}", SignedIn) { At = "rest=none", Answers = 404 },
        new("POST /api/2.0/{**rest}", SignedIn) { At = "rest=none", Answers = 404, Effect = Nothing },
        new("POST /api/3.0/{**rest}", SignedIn) { At = "rest=none", Answers = 404, Effect = Nothing },
        new("GET /api/2.0/mlflow/experiments/get", Reader) { Query = "experiment_id={experiment}" },
        new("GET /api/2.0/mlflow/experiments/get-by-name", Reader) { Query = "experiment_name={name}" },
        new("GET /api/2.0/mlflow/experiments/search", SignedIn) { Query = "max_results=10" },
        new("POST /api/2.0/mlflow/experiments/search", SignedIn) { Json = """{"max_results": 10}""", Effect = Nothing },
        new("POST /api/2.0/mlflow/experiments/search-datasets", SignedIn) { Json = """{"experiment_ids": ["{experiment}"]}""", Effect = Nothing },
        new("POST /api/2.0/mlflow/experiments/create", Member) { Json = """{"name": "{new}"}""" },
        new("POST /api/2.0/mlflow/experiments/delete", Owner) { Json = """{"experiment_id": "{experiment}"}""" },
        new("POST /api/2.0/mlflow/experiments/restore", Owner) { Json = """{"experiment_id": "{goneExperiment}"}""" },
        new("POST /api/2.0/mlflow/experiments/update", Writer) { Json = """{"experiment_id": "{experiment}", "new_name": "{new}"}""" },
        new("POST /api/2.0/mlflow/experiments/set-experiment-tag", Writer) { Json = """{"experiment_id": "{experiment}", "key": "k", "value": "v"}""" },
        new("POST /api/2.0/mlflow/experiments/delete-experiment-tag", Writer) { Json = """{"experiment_id": "{experiment}", "key": "tag"}""" },
        new("GET /api/2.0/mlflow/runs/get", Reader) { Query = "run_id={run}" },
        new("POST /api/2.0/mlflow/runs/search", SignedIn) { Json = """{"experiment_ids": ["{experiment}"]}""", Effect = Nothing },
        new("POST /api/2.0/mlflow/runs/create", Writer) { Json = """{"experiment_id": "{experiment}", "run_name": "n", "start_time": 5}""" },
        new("POST /api/2.0/mlflow/runs/update", Writer) { Json = """{"run_id": "{run}", "status": "FINISHED", "end_time": 6}""" },
        new("POST /api/2.0/mlflow/runs/delete", Owner) { Json = """{"run_id": "{run}"}""" },
        new("POST /api/2.0/mlflow/runs/restore", Owner) { Json = """{"run_id": "{goneRun}"}""" },
        new("POST /api/2.0/mlflow/runs/log-metric", Writer) { Json = """{"run_id": "{run}", "key": "m", "value": 1, "timestamp": 1, "step": 1}""" },
        new("POST /api/2.0/mlflow/runs/log-parameter", Writer) { Json = """{"run_id": "{run}", "key": "p", "value": "1"}""" },
        new("POST /api/2.0/mlflow/runs/set-tag", Writer) { Json = """{"run_id": "{run}", "key": "k", "value": "v"}""" },
        new("POST /api/2.0/mlflow/runs/delete-tag", Writer) { Json = """{"run_id": "{run}", "key": "tag"}""" },
        new("POST /api/2.0/mlflow/runs/log-batch", Writer) { Json = """{"run_id": "{run}", "metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": 2}]}""" },
        new("POST /api/2.0/mlflow/runs/log-inputs", Writer) { Json = """{"run_id": "{run}", "datasets": [{"dataset": {"name": "d", "digest": "1", "source_type": "local", "source": "s"}}]}""" },
        new("POST /api/2.0/mlflow/runs/outputs", Writer) { Json = """{"run_id": "{run}", "models": [{"model_id": "{model}", "step": 1}]}""" },
        new("POST /api/2.0/mlflow/runs/log-model", Writer) { Json = """{"run_id": "{run}", "model_json": "{\"artifact_path\": \"a\", \"flavors\": {}, \"utc_time_created\": \"t\", \"run_id\": \"x\"}"}""" },
        new("GET /api/2.0/mlflow/metrics/get-history", Reader) { Query = "run_id={run}&metric_key=m" },
        new("GET /api/2.0/mlflow/metrics/get-history-bulk", Reader) { Query = "run_id={run}&metric_key=m" },
        new("GET /api/2.0/mlflow/metrics/get-history-bulk-interval", Reader) { Query = "run_ids={run}&metric_key=m" },
        new("GET /api/2.0/mlflow/logged-models/{id}", Reader) { At = "id={model}" },
        new("POST /api/2.0/mlflow/logged-models", Writer) { Json = """{"experiment_id": "{experiment}", "name": "n", "source_run_id": "{run}"}""" },
        new("POST /api/2.0/mlflow/logged-models/search", SignedIn) { Json = """{"experiment_ids": ["{experiment}"]}""", Effect = Nothing },
        new("PATCH /api/2.0/mlflow/logged-models/{id}", Writer) { At = "id={model}", Json = """{"model_id": "{model}", "status": "LOGGED_MODEL_READY"}""" },
        new("DELETE /api/2.0/mlflow/logged-models/{id}", Owner) { At = "id={model}" },
        new("PATCH /api/2.0/mlflow/logged-models/{id}/tags", Writer) { At = "id={model}", Json = """{"tags": [{"key": "k", "value": "v"}]}""" },
        new("DELETE /api/2.0/mlflow/logged-models/{id}/tags/{**key}", Writer) { At = "id={model}&key=tag" },
        new("POST /api/2.0/mlflow/logged-models/{id}/params", Writer) { At = "id={model}", Json = """{"params": [{"key": "k", "value": "v"}]}""" },
        new("GET /api/2.0/mlflow/artifacts/list", Reader) { Query = "run_id={run}" },
        new("GET /get-artifact", Reader) { Query = "run_id={run}&path=a.txt" },
        new("GET /api/2.0/mlflow-artifacts/artifacts/{**path}", Reader) { At = "path={folder}/a.txt" },
        new("PUT /api/2.0/mlflow-artifacts/artifacts/{**path}", Writer) { At = "path={folder}/b.txt", Bytes = "text" },
        new("DELETE /api/2.0/mlflow-artifacts/artifacts/{**path}", Writer) { At = "path={folder}/a.txt" },
        new("POST /api/2.0/mlflow-artifacts/mpu/create/{**path}", SignedIn) { At = "path={folder}/b.txt", Json = "{}", Answers = 501, Effect = Nothing },
        new("POST /api/2.0/mlflow-artifacts/mpu/complete/{**path}", SignedIn) { At = "path={folder}/b.txt", Json = "{}", Answers = 501, Effect = Nothing },
        new("POST /api/2.0/mlflow-artifacts/mpu/abort/{**path}", SignedIn) { At = "path={folder}/b.txt", Json = "{}", Answers = 501, Effect = Nothing },

        // The plugin of another team -------------------------------------------------------------------------------------------
        new("GET /sample", Permitted) { Permissions = ["sample.write"] },
        new("GET /sample/fault", SignedIn) { Answers = 500 },
        new("POST /sample", Permitted) { Permissions = ["sample.write"], Form = "text={new}" },
        new("POST /sample/api/stamp", Permitted) { Permissions = ["sample.write"] },
    ];
}
