# Reference numbers of R for `tests/it/r_peers.rs`: `Rscript r.R` in this folder writes r.json.
library(sandwich); library(car); library(lmtest); library(AER); library(plm); library(jsonlite)
d <- read.csv("grunfeld.csv")
d$w <- 0.5 + ((seq_len(nrow(d)) * 37) %% 11) / 7
d$f <- 1 + ((seq_len(nrow(d)) * 5) %% 3)
num <- function(x) signif(unname(x), 16)
block <- function(m, keep) list(
  hat = num(hatvalues(m)[1:12]), rstandard = num(rstandard(m)[1:12]), cook = num(cooks.distance(m)[1:12]),
  hc2 = num(sqrt(diag(vcovHC(m, "HC2")))[keep]), hc3 = num(sqrt(diag(vcovHC(m, "HC3")))[keep]))
s <- c("value", "capital")
plain <- lm(inv ~ value + capital + factor(firm) + factor(year), d)
weighted <- lm(inv ~ value + capital + factor(firm), d, weights = w)
expanded <- d[rep(seq_len(nrow(d)), d$f), ]
freq <- lm(inv ~ value + capital + factor(firm), expanded)
first <- !duplicated(rep(seq_len(nrow(d)), d$f))
frequency <- list(hat = num(hatvalues(freq)[first][1:12]), rstandard = num(rstandard(freq)[first][1:12]),
  cook = num(cooks.distance(freq)[first][1:12]),
  hc2 = num(sqrt(diag(vcovHC(freq, "HC2")))[s]), hc3 = num(sqrt(diag(vcovHC(freq, "HC3")))[s]))
pooled <- lm(inv ~ value + capital, d); pw <- lm(inv ~ value + capital, d, weights = w)
wald <- function(v) { h <- linearHypothesis(plain, c("value = 0", "capital = 0"), vcov. = v, test = "F"); c(num(h$F[2]), h$Df[2], h$Res.Df[2], num(h$`Pr(>F)`[2])) }
restr <- linearHypothesis(plain, "value = 0.5*capital", test = "F")
out <- list(r = R.version.string, sandwich = as.character(packageVersion("sandwich")), car = as.character(packageVersion("car")),
  AER = as.character(packageVersion("AER")), plm = as.character(packageVersion("plm")),
  firm_year = block(plain, s), weighted = block(weighted, s), frequency = frequency,
  vif = num(vif(pooled)), vif_weighted = num(vif(pw)), 
  wald_iid = wald(vcov(plain)), wald_hc3 = wald(vcovHC(plain, "HC3")),
  restriction = c(num(restr$F[2]), num(restr$`Pr(>F)`[2])))
# instruments: two endogenous regressors, lags as instruments, firm dummies
d <- d[order(d$firm, d$year), ]
lag1 <- function(x, k = 1) ave(x, d$firm, FUN = function(v) c(rep(NA, k), head(v, -k)))
d$v1 <- lag1(d$value); d$c1 <- lag1(d$capital); d$v2 <- lag1(d$value, 2)
iv <- ivreg(inv ~ value + capital + factor(firm) | v1 + c1 + v2 + factor(firm), data = d)
g <- summary(iv, diagnostics = TRUE)$diagnostics
out$iv <- list(coef = num(coef(iv)[s]), se = num(sqrt(diag(vcov(iv)))[s]), wu_hausman = num(g["Wu-Hausman", c("df1", "df2", "statistic", "p-value")]), sargan = num(g["Sargan", c("df1", "statistic", "p-value")]))
p <- pdata.frame(d, index = c("firm", "year"))
out$pwartest <- { t <- pwartest(inv ~ value + capital, data = p); c(num(t$statistic), num(t$parameter), num(t$p.value)) }
out$pwfdtest <- { t <- pwfdtest(inv ~ value + capital, data = p, h0 = "fd"); c(num(t$statistic), num(t$parameter), num(t$p.value)) }
out$pwfdtest_fe <- { t <- pwfdtest(inv ~ value + capital, data = p, h0 = "fe"); c(num(t$statistic), num(t$parameter), num(t$p.value)) }
out$pcdtest <- { t <- pcdtest(inv ~ value + capital, data = p, model = "within", test = "cd"); c(num(t$statistic), num(t$p.value)) }
fe <- plm(inv ~ value + capital, data = p, model = "within"); re <- plm(inv ~ value + capital, data = p, model = "random")
out$phtest <- { t <- phtest(fe, re); c(num(t$statistic), num(t$parameter), num(t$p.value)) }
out$re <- list(coef = num(coef(re)[s]), se = num(sqrt(diag(vcov(re)))[s]))
write_json(out, "r.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
