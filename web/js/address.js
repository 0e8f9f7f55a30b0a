// MLflow's clients print HOST/#/experiments/1/runs/…, and what follows # never reaches a server. On the start page an
// address after # is taken as one of ours; the sign-in page, where a stranger lands first, keeps it for afterwards.
const to = location.hash.slice(1)
// One slash and no more: "//elsewhere" would be another site.
if (/^\/[a-z]/i.test(to)) {
  if (location.pathname === "/") location.replace(to)
  else if (location.pathname === "/account/sign-in") location.replace(`/account/sign-in?returnUrl=${encodeURIComponent(to)}`)
}
