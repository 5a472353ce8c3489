*! gtfp 0.1.0: efficiency and productivity with bad outputs, every score certified. Untested on Stata.
program define gtfp, rclass
    version 16.0
    syntax [if] [in], Inputs(varlist numeric) GOods(varlist numeric) Unit(varname) ///
        [BAds(varlist numeric) Time(varname) Model(name) GENerate(name) OPTions(string asis)]
    marksample touse, novarlist
    if "`model'" == "" local model ebm
    if "`generate'" == "" local generate tfp
    python: panelstudy_stata.gtfp("`model'", "`inputs'".split(), "`goods'".split(), "`bads'".split(), "`unit'", "`time'", touse="`touse'", generate="`generate'", options=r"""`options'""")
    return scalar N = `N'
    return scalar programs = `programs'
    return scalar uncertified = `uncertified'
    return local made "`made'"
    display as text "new variables: " as result "`made'"
end

version 16.0
python:
from panelstudy import stata as panelstudy_stata
end
