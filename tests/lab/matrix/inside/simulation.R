# A Markov chain, and forked workers that draw random numbers at each step. Prints each step exactly.
library(parallel)
RNGkind("L'Ecuyer-CMRG")
set.seed(1)
data <- rnorm(200, mean = 3)
state <- c(mean = 0, deviation = 1)
likelihood <- function(s) if (s["deviation"] <= 0) -Inf else sum(dnorm(data, s["mean"], s["deviation"], log = TRUE))
step <- 0
repeat {
  step <- step + 1
  for (i in 1:500) {
    proposal <- state + rnorm(2, sd = 0.1)
    if (log(runif(1)) < likelihood(proposal) - likelihood(state)) state <- proposal
  }
  drawn <- unlist(mclapply(1:4, function(i) mean(rnorm(20000)), mc.cores = 2))
  cat("step", step, sprintf("%a", c(state, drawn)), "\n")
}
