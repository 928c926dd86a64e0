#!/usr/bin/env bash
# What action.yml runs: github.sh RECONCILE, with COMMAND, FILE, PLAN, GH_TOKEN and PULL_REQUEST in the environment.
set -euo pipefail
reconcile="$1"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
api="repos/$GITHUB_REPOSITORY"

# Prints the id of the first of ours among what `$1` lists: written by the token's own bot, beginning with the marker.
ours() {
    MARKER="$2" gh api --paginate "$1" --jq \
        '.[] | select(.user.type == "Bot") | select((.body // "") | startswith(env.MARKER)) | (.number // .id)' | head -n 1
}

# Writes the comment `$1` on the pull request, over the one that an earlier run left there.
comment() {
    local id
    id="$(ours "$api/issues/$PULL_REQUEST/comments?per_page=100" "$(head -n 1 "$1")" || true)"
    if [[ -n "$id" ]]; then
        gh api --silent --method PATCH "$api/issues/comments/$id" --field "body=@$1"
    else
        gh api --silent --method POST "$api/issues/$PULL_REQUEST/comments" --field "body=@$1"
    fi
}

# Keeps one issue: opened or updated where there is something to tell (`$2` is 1), closed where there is not.
issue() {
    local number marker
    marker="$(head -n 1 "$1")"
    number="$(MARKER="$marker" gh api --paginate "$api/issues?state=open&per_page=100" --jq \
        '.[] | select(.pull_request | not) | select(.user.type == "Bot")
             | select((.body // "") | startswith(env.MARKER)) | .number' | head -n 1)"
    if [[ "$2" == 1 && -n "$number" ]]; then
        gh api --silent --method PATCH "$api/issues/$number" --field "body=@$1"
    elif [[ "$2" == 1 ]]; then
        gh api --silent --method POST "$api/issues" --field "title=Webhooks are not as declared" --field "body=@$1"
    elif [[ -n "$number" ]]; then
        gh api --silent --method PATCH "$api/issues/$number" --field state=closed
    fi
}

# Gets the plan that was reviewed: the one of the pull request that became this commit.
fetch_plan() {
    local head run
    head="$(gh api "$api/commits/$GITHUB_SHA/pulls" --jq '[.[] | select(.merged_at)][0].head.sha // ""')"
    # Not of a fork: a run there may have uploaded anything under this name.
    run="$([[ -z "$head" ]] || gh api "$api/actions/runs?head_sha=$head&event=pull_request&status=success" --jq \
        '[.workflow_runs[] | select(.head_repository.full_name == env.GITHUB_REPOSITORY)][0].id // ""')"
    if [[ -z "$run" ]] || ! gh run download "$run" --repo "$GITHUB_REPOSITORY" --name reconcile-plan --dir "$work/plan"; then
        echo "::error::There is no saved plan of the pull request that became $GITHUB_SHA. Was it merged unplanned?" >&2
        exit 1
    fi
    mv "$work/plan/$(basename "$PLAN")" "$PLAN"
}

case "$COMMAND" in
validate)
    "$reconcile" validate --file "$FILE" --format github
    ;;
plan)
    code=0
    "$reconcile" plan --file "$FILE" --out "$PLAN" --format markdown > "$work/comment.md" || code=$?
    cat "$work/comment.md" >> "$GITHUB_STEP_SUMMARY"
    if [[ -s "$work/comment.md" && -n "$PULL_REQUEST" ]]; then
        comment "$work/comment.md"
    fi
    if [[ $code == 0 ]]; then
        echo "digest=$(sed -n 's/^  "digest": "\(sha256:[0-9a-f]*\)".*/\1/p' "$PLAN")" >> "$GITHUB_OUTPUT"
    fi
    exit "$code"
    ;;
apply)
    [[ -e "$PLAN" ]] || fetch_plan
    "$reconcile" apply "$PLAN" --file "$FILE" --lock-timeout 300
    ;;
drift)
    code=0
    "$reconcile" plan --file "$FILE" --detailed-exitcode --format markdown > "$work/report.md" || code=$?
    cat "$work/report.md" >> "$GITHUB_STEP_SUMMARY"
    if [[ $code != 0 && ! -s "$work/report.md" ]]; then
        exit "$code" # it got nowhere; the log says why
    fi
    issue "$work/report.md" "$((code != 0))"
    exit "$code"
    ;;
*)
    echo "::error::There is no command $COMMAND: validate, plan, apply or drift." >&2
    exit 1
    ;;
esac
