#!/bin/bash
# runc-here.sh ARGUMENTS...: runs runc for CRI-O. Some hosts do not let root lower oom_score_adj, or have no controller
# hugetlb. CRI-O asks for both, and has no option like containerd's restrict_oom_score_adj.
bundle=. previous=
for argument in "$@"; do
  case $previous in --bundle | -b) bundle=$argument ;; esac
  previous=$argument
done
[ ! -w "$bundle/config.json" ] ||
  perl -0pi -e 's/"oomScoreAdj":\s*-\d+/"oomScoreAdj": 0/; s/"hugepageLimits":\s*\[[^\]]*\]/"hugepageLimits": []/' "$bundle/config.json"
exec /usr/sbin/runc "$@"
