# SPDX-License-Identifier: ISC
EXTRA_DIST += share/fresh.sh .ci/run
