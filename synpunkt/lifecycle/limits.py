"""How long something may take before somebody looks at it again."""

from datetime import timedelta

# Delivering takes seconds, and its retries under an hour; later than that something is broken.
DELIVERY_LIMIT = timedelta(hours=2)
# Our own people find out where a case belongs within two days, weekends included: nobody else has it.
TRIAGE_LIMIT = timedelta(days=2)
# Somebody to whom a case was handed over answers within a week, or it goes back to those who handed it over.
HAND_OVER_LIMIT = timedelta(days=7)
# How long the link of a work mail opens the page of the case; whoever has begun by then keeps it while they have it.
WORK_LINK_LIMIT = timedelta(days=60)
# What closed cases took is counted in the night after, spread over these minutes so that nothing else waits for it.
MEASURE_MINUTES = 240
