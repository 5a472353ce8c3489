*! segment 0.1.0: market segmentation and integration from relative prices. Untested on Stata.
program define segment, rclass
    version 16.0
    syntax varlist(min=2 numeric) [if] [in], Unit(varname) Time(varname) [GENerate(name) OPTions(string asis)]
    marksample touse, novarlist
    if "`generate'" == "" local generate seg
    confirm new variable `generate' `generate'_mar
    python: panelstudy_stata.segment("`varlist'".split(), "`unit'", "`time'", touse="`touse'", generate="`generate'", options=r"""`options'""")
    return scalar N = `N'
    return local made "`made'"
    display as text "new variables: " as result "`made'"
end

version 16.0
python:
from panelstudy import stata as panelstudy_stata
end
