// MLflow's clients print HOST/#/experiments/1/runs/<id>. The fragment never reaches the server, so the home page goes on
// from there.
const route = location.hash.match(/^#\/experiments\/(\d+)(?:\/runs\/([0-9a-f]{32}))?/);
if (route) location.replace(route[2] ? `/experiments/runs/${route[2]}` : `/experiments/${route[1]}`);
