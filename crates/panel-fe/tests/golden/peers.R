# Reference numbers of R for the two-lines test, Johnson-Neyman ranges, the effective F and the bootstrap, read by
# `tests/it/two_lines.rs`, `moderation.rs`, `iv_peers.rs` and `estimate_bootstrap.rs`.
#   Rscript peers.R FOLDER    in this folder; FOLDER holds twolines.R
# twolines.R is its author's program and is not kept here: github.com/urisohn/statuser, R/twolines.R at commit 06dc48f
# ("same as webstimate.org/twolines 0.52"), with "HC3" in its reg2() replaced by "HC1".
suppressPackageStartupMessages({library(sandwich); library(lmtest); library(mgcv); library(emmeans); library(boot); library(jsonlite)})
source(file.path(commandArgs(TRUE)[1], "twolines.R"))
num <- function(x) signif(unname(x), 16)
states <- as.data.frame(state.x77)
names(states) <- gsub(" ", "_", tolower(names(states)))
write.csv(cbind(state = rownames(states), states[c("income", "illiteracy", "life_exp", "murder", "hs_grad")]), "states.csv", row.names = FALSE, quote = FALSE)
air <- na.omit(airquality)
names(air) <- tolower(names(air))
write.csv(cbind(day_of_summer = seq_len(nrow(air)), air[c("ozone", "wind", "temp")]), "air.csv", row.names = FALSE, quote = FALSE)
d <- read.csv("grunfeld.csv")
out <- list(r = R.version.string)
for (p in c("sandwich", "lmtest", "mgcv", "emmeans", "boot")) out[[p]] <- as.character(packageVersion(p))

lines <- function(f, data) {
  t <- twolines(f, data = data)
  list(slopes = num(c(t$b1, t$b2)), t = num(c(t$z1, t$z2)), breakpoint = num(t$xc), extreme = num(t$x.most))
}
out$two_lines <- list(
  grunfeld = lines(inv ~ capital, d), states = lines(life_exp ~ income + murder, states), air = lines(ozone ~ temp + wind, air))

# The ends of the range are where the t statistic of emtrends() is the critical value.
ends <- function(m, slope, at, v, range) {
  critical <- qt(.975, m$df.residual)
  gap <- function(z) {
    list_of <- setNames(list(z), at)
    t <- as.data.frame(test(emtrends(m, as.formula(paste("~", at)), var = slope, at = list_of, vcov. = v)))
    abs(t$t.ratio) - critical
  }
  z <- seq(range[1], range[2], length.out = 60)
  change <- which(diff(sign(sapply(z, gap))) != 0)
  num(sapply(change, function(k) uniroot(gap, z[k + 0:1], tol = 1e-13)$root))
}
m <- lm(income ~ illiteracy * murder + hs_grad, states)
two <- lm(inv ~ value * capital + factor(firm), d)
out$johnson_neyman <- list(states = ends(m, "illiteracy", "murder", vcov(m), c(-30, 30)),
  states_hc1 = ends(m, "illiteracy", "murder", vcovHC(m, "HC1"), c(-30, 30)),
  grunfeld = ends(two, "value", "capital", vcov(two), c(-3000, 3000)))

# Effective F (Montiel Olea & Pflueger 2013): coefficients of the first stage and their covariance are those of lm and
# sandwich; F = pi'Q pi / tr(VQ) with Q = Z'Z after the other regressors, K_eff and critical values by their section 3.2.1.
d <- d[order(d$firm, d$year), ]
lag1 <- function(x, k = 1) ave(x, d$firm, FUN = function(v) c(rep(NA, k), head(v, -k)))
d$v1 <- lag1(d$value); d$c1 <- lag1(d$capital); d$v2 <- lag1(d$value, 2)
e <- na.omit(d)
effective <- function(endogenous, others, instruments, v) {
  m <- lm(reformulate(c(instruments, others), endogenous), e)
  pi <- coef(m)[instruments]; V <- v(m)[instruments, instruments]
  Z <- sapply(instruments, function(z) resid(lm(reformulate(others, z), e)))
  Q <- crossprod(Z); k <- length(pi)
  W <- matrix(0, k, k); L <- chol(Q)
  for (i in 1:k) for (j in 1:k) for (a in 1:k) for (b in 1:k) W[i, j] <- W[i, j] + L[i, a] * V[a, b] * L[j, b]
  trace <- sum(diag(W)); squares <- sum(W^2); largest <- max(eigen(W, symmetric = TRUE)$values)
  K <- function(x) trace^2 * (1 + 2 * x) / (squares + 2 * x * trace * largest)
  list(f = num(c(pi %*% Q %*% pi) / trace), df = num(K(10)),
    critical = num(sapply(1 / c(.05, .1, .2, .3), function(x) qchisq(.95, K(x), K(x) * x) / K(x))))
}
z <- c("c1", "v1", "v2")
hc1 <- function(m) vcovHC(m, "HC1"); firm <- function(m) vcovCL(m, ~firm, type = "HC1")
out$effective_f <- list(
  firm_hc1 = effective("capital", "factor(firm)", z, hc1), value_iid = effective("capital", c("value", "factor(firm)"), z, vcov),
  value_hc1 = effective("capital", c("value", "factor(firm)"), z, hc1), value_cluster = effective("capital", c("value", "factor(firm)"), z, firm))

# Bootstrap of pooled least squares, 20,000 draws each.
d <- read.csv("grunfeld.csv"); pooled <- lm(inv ~ value + capital, d); s <- c("value", "capital"); B <- 20000
fit <- function(rows) coef(lm.fit(cbind(1, d$value[rows], d$capital[rows]), d$inv[rows]))[2:3]
corrected <- function(t, t0) { z <- qnorm(mean(t < t0)); quantile(t, pnorm(2 * z + qnorm(c(.025, .975)))) }
ends_of <- function(b) list(se = num(apply(b$t, 2, sd)), percentile = lapply(1:2, function(j) num(quantile(b$t[, j], c(.025, .975)))),
  bias_corrected = lapply(1:2, function(j) num(corrected(b$t[, j], b$t0[j]))))
set.seed(1); pairs <- ends_of(boot(d, function(d, i) fit(i), R = B))
set.seed(1); pairs$sandwich_se <- num(sqrt(diag(vcovBS(pooled, type = "xy", R = B)))[s])
set.seed(1); clusters <- list(se = num(sqrt(diag(vcovBS(pooled, cluster = ~firm, type = "xy", R = B)))[s]))
set.seed(1); blocks <- ends_of(tsboot(sort(unique(d$year)), function(years) fit(unlist(lapply(years, function(y) which(d$year == y)))),
  R = B, l = 3, sim = "fixed", endcorr = FALSE))
out$bootstrap <- list(pairs = pairs, clusters = clusters, blocks = blocks)
write_json(out, "peers.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
