*! vaindex 0.1.0: location quotient, spillover and virtual agglomeration. Untested on Stata.
program define vaindex, rclass
    version 16.0
    syntax [if] [in], SECtor(varname numeric) TOTal(varname numeric) LATitude(varname numeric) ///
        LONgitude(varname numeric) Unit(varname) [Time(varname) AREA(varname numeric) GENerate(name) OPTions(string asis)]
    marksample touse, novarlist
    if "`generate'" == "" local generate va
    confirm new variable `generate' `generate'_lq `generate'_sp
    python: panelstudy_stata.vaindex("`sector'", "`total'", "`latitude'", "`longitude'", "`unit'", "`time'", touse="`touse'", generate="`generate'", area="`area'", options=r"""`options'""")
    return scalar N = `N'
    return local made "`made'"
    display as text "new variables: " as result "`made'"
end

version 16.0
python:
from panelstudy import stata as panelstudy_stata
end
